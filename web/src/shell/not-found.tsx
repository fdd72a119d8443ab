import { Link } from "@tanstack/react-router";
import { Button } from "@/ui/button";

export function NotFound() {
  return (
    <div className="m-auto grid gap-4 p-8 text-center">
      <h1 className="font-semibold text-xl">There is nothing here</h1>
      <Button asChild>
        <Link to="/">To the start</Link>
      </Button>
    </div>
  );
}
