import "./styles.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Problem } from "./api/problem";
import { followTheme } from "./preferences/theme";
import { makeRouter } from "./routes";

followTheme();

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // What was refused is refused again; a gateway that is restarting is worth another try.
      retry: (failures, error) => failures < 2 && !(error instanceof Problem && error.status < 500),
      staleTime: 2_000,
    },
  },
});

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={makeRouter(client)} />
    </QueryClientProvider>
  </StrictMode>,
);
