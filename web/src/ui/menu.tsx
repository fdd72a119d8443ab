import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./class-names";

type MenuProps = { trigger: ReactNode; children: ReactNode; defaultOpen?: boolean } & Pick<
  ComponentProps<typeof Radix.Content>,
  "align" | "side" | "onCloseAutoFocus"
>;

export function Menu({ trigger, children, align = "end", side = "bottom", defaultOpen = false, ...rest }: MenuProps) {
  return (
    <Radix.Root defaultOpen={defaultOpen}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-44 rounded-lg border bg-surface p-1 shadow-lg"
          {...rest}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const item =
  "flex select-none items-center gap-2 rounded-md px-2 py-1.5 text-sm outline-none pointer-coarse:min-h-9 data-[disabled]:pointer-events-none data-[highlighted]:bg-sunken data-[disabled]:opacity-50 [&_svg]:size-4 [&_svg]:text-ink-faint";

export function MenuItem({ className, danger, ...rest }: ComponentProps<typeof Radix.Item> & { danger?: boolean }) {
  return <Radix.Item className={cn(item, danger && "text-bad [&_svg]:text-bad", className)} {...rest} />;
}

type ChoiceProps<T extends string> = {
  value: T;
  onChange: (value: T) => void;
  choices: readonly (readonly [T, string])[];
};

/** One of several. */
export function MenuChoice<T extends string>({ value, onChange, choices }: ChoiceProps<T>) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(value) => onChange(value as T)}>
      {choices.map(([choice, label]) => (
        <Radix.RadioItem key={choice} value={choice} className={cn(item, "pl-7 relative")}>
          <Radix.ItemIndicator className="absolute left-2.5 text-accent-text">•</Radix.ItemIndicator>
          {label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuLabel(props: ComponentProps<typeof Radix.Label>) {
  return <Radix.Label className="px-2 py-1 text-ink-faint text-xs" {...props} />;
}

export function MenuSeparator() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}
