import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` speaks to a gateway that runs already, by default the one that `make up` starts.
const gateway = new URL(process.env.CONDRIX_URL ?? "https://localhost:8443").origin;

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    // The content policy lets no data: script or style in, and the gateway compresses what it serves.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    sourcemap: false,
    target: "es2023",
  },
  server: {
    proxy: { "/api": { target: gateway, secure: false, ws: true, changeOrigin: true, headers: { origin: gateway } } },
  },
  test: {
    // A machine that builds beside it is slow, not wrong.
    testTimeout: 30_000,
    maxWorkers: "100%",
    // What needs no page needs nothing of its own either, and a page for each file of the others takes most of the time.
    projects: [
      {
        extends: true,
        test: { name: "logic", include: ["src/**/*.test.ts"], exclude: ["**/*.dom.test.ts"], isolate: false },
      },
      { extends: true, test: { name: "dom", include: ["src/**/*.dom.test.{ts,tsx}"], environment: "jsdom" } },
    ],
  },
});
