import { type ComponentProps, type RefObject, useLayoutEffect } from "react";

type Props = Omit<ComponentProps<"textarea">, "ref"> & { box: RefObject<HTMLTextAreaElement | null>; value: string };

/** A text that is as high as what is in it, up to a part of the window. */
export function GrowingText({ box, value, ...rest }: Props) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: its height follows its value
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [value, box]);
  return (
    <textarea
      ref={box}
      rows={1}
      value={value}
      className="block max-h-[40dvh] w-full resize-none overflow-y-auto bg-transparent px-4 py-3 outline-none placeholder:text-ink-faint"
      {...rest}
    />
  );
}
