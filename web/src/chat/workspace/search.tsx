import { useQuery } from "@tanstack/react-query";
import { Search as Glass } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Input } from "@/ui/field";
import { searchQuery } from "../queries";
import { Hits } from "./hits";
import { usePaused } from "./use-paused";

type Props = { core: string; workspace: string; children: ReactNode };

/** Looks for what was said in a workspace. While nothing is looked for, its children are shown. */
export function Search({ core, workspace, children }: Props) {
  const [words, setWords] = useState("");
  const looked = usePaused(words.trim());
  const { data, error, isFetching } = useQuery({
    ...searchQuery(core, looked, workspace),
    // What was found before stays until something else is.
    placeholderData: (before) => before,
  });
  return (
    <search className="grid gap-4">
      <div className="relative">
        <Glass className="absolute top-2.5 left-3 size-4 text-ink-faint" aria-hidden />
        <Input
          type="search"
          className="pl-9"
          aria-label="Search what was said in this workspace"
          placeholder="Search what was said"
          value={words}
          maxLength={200}
          onChange={(event) => setWords(event.target.value)}
        />
      </div>
      {looked.length > 1 ? <Hits core={core} hits={data} error={error} busy={isFetching} /> : children}
    </search>
  );
}
