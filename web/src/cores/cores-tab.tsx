export function CoresTab() {
  return null;
}
