import { useState } from "react";
import type { Conversation } from "./conversation/model";
import { news } from "./conversation/news";

type Props = {
  conversation: Conversation;
  /** All of its history is there: what comes after that is new. */
  whole: boolean;
};

/** Reads out what happens from now on. Not in the list: its rows come and go with scrolling. */
export function News({ conversation, whole }: Props) {
  const [heard, setHeard] = useState({ conversation, whole, words: "" });
  if (heard.conversation !== conversation) {
    const words = whole && heard.whole ? (news(heard.conversation, conversation) ?? heard.words) : "";
    setHeard({ conversation, whole, words });
  }
  return (
    <p role="status" className="sr-only">
      {heard.words}
    </p>
  );
}
