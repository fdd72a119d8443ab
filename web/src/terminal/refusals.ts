/** Why there is no terminal, and what to do next. */
import { Problem, words } from "@/api/problem";

export type Refusal = { readonly title: string; readonly next: string };

export function refusal(error: unknown): Refusal {
  if (!(error instanceof Problem)) return { title: words(error), next: "It is tried again by itself." };
  switch (error.slug) {
    case "forbidden":
      return {
        title: "You may not use terminals here",
        next: "A terminal shows whatever the Core's user can read, so it is for those who administer this Core. Ask an administrator for the grant.",
      };
    case "owner-only":
      return {
        title: "Only the owner uses terminals here",
        next: "This Core is signed in with somebody's Claude plan. Its terminals can read that sign-in, so they are its owner's alone.",
      };
    case "core-offline":
      return { title: "The Core is offline", next: "It goes on by itself when it is back." };
    case "core-revoked":
      return { title: "The Core was revoked", next: "Its terminals and all that ran in them have ended." };
    case "core-busy":
    case "core-unresponsive":
      return { title: "The Core does not keep up", next: "It is tried again by itself." };
    case "sign-in-unconfirmed":
      return {
        title: "The Core does not know yet whose sign-in it has",
        next: "Until it does, nobody uses its terminals. It is tried again by itself.",
      };
    case "too-many-terminals":
      return { title: "No more terminals can be opened here", next: "Close one that is not needed any more." };
    case "too-many-requests":
      return { title: "Too many look at this Core's terminals", next: "It is tried again by itself." };
    case "terminal-unavailable":
      return { title: "The terminal cannot be started or reached", next: "Try it again, or open another one." };
    case "disk-full":
      return {
        title: "There is no room to record another terminal",
        next: "Remove recordings that are not needed any more.",
      };
    case "not-found":
      return { title: "This terminal is closed", next: "Somebody closed it, or it had ended long ago." };
    case "unauthenticated":
      return { title: "Your login has ended", next: "It goes on when you have logged in again." };
    default:
      return { title: error.title, next: error.detail ?? "Try it again." };
  }
}
