export function CorePage() {
  return null;
}
