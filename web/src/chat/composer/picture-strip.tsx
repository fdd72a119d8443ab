import { X } from "lucide-react";
import { dataUrl, type Picture } from "./pictures";

/** The pictures that go with the message. */
export function PictureStrip({
  pictures,
  onRemove,
}: {
  pictures: readonly Picture[];
  onRemove: (picture: Picture) => void;
}) {
  if (pictures.length === 0) return null;
  return (
    <ul aria-label="Pictures" className="flex flex-wrap gap-2 px-3 pt-3">
      {pictures.map((picture) => (
        <li key={picture.id} className="relative">
          <img src={dataUrl(picture)} alt={picture.name} className="size-16 rounded-md border object-cover" />
          <button
            type="button"
            aria-label={`Remove ${picture.name}`}
            className="-top-2 -right-2 absolute grid size-6 place-items-center rounded-full border bg-surface text-ink-soft hover:bg-sunken hover:text-ink pointer-coarse:size-9"
            onClick={() => onRemove(picture)}
          >
            <X className="size-3.5" aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}
