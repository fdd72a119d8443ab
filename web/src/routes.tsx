/** Every page there is. The gateway's table of routes has the same addresses. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, Outlet, redirect } from "@tanstack/react-router";
import { iAm } from "./account/mine";
import { meQuery } from "./account/queries";
import { Broken } from "./shell/broken";
import { HomePage } from "./shell/home-page";
import { NotFound } from "./shell/not-found";
import { part } from "./shell/part";
import { Shell } from "./shell/shell";

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

/** Where to go after the login: within this place only. */
const within = (value: unknown): string | undefined =>
  typeof value === "string" && /^\/(?![/\\])/.test(value) ? value : undefined;

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search): { next?: string } => {
    const next = within(search.next);
    return next === undefined ? {} : { next };
  },
  component: part(() => import("./account/login-page"), "LoginPage"),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: part(() => import("./account/setup-page"), "SetupPage"),
});

/** Everything for whoever is logged in. */
const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: async ({ context, location }) => {
    const me = await context.client.ensureQueryData(meQuery);
    if (me === null) throw redirect({ to: "/login", search: location.href === "/" ? {} : { next: location.href } });
    // Where the page was somebody else's, another one is on its way.
    if (!iAm(me.user)) await new Promise<never>(() => {});
    return { me };
  },
  component: Shell,
});

const home = createRoute({ getParentRoute: () => shell, path: "/", component: HomePage });

const inbox = createRoute({
  getParentRoute: () => shell,
  path: "/inbox",
  component: part(() => import("./inbox/inbox-page"), "InboxPage"),
});

const core = createRoute({
  getParentRoute: () => shell,
  path: "/cores/$core",
  component: part(() => import("./cores/core-page"), "CorePage"),
});

const workspace = createRoute({
  getParentRoute: () => shell,
  path: "/cores/$core/workspaces/$workspace",
  component: part(() => import("./chat/workspace-page"), "WorkspacePage"),
});

const session = createRoute({
  getParentRoute: () => shell,
  path: "/cores/$core/sessions/$session",
  /** `at`: the number of the event that is to be seen. */
  validateSearch: (search): { at?: number } =>
    typeof search.at === "number" && Number.isSafeInteger(search.at) && search.at > 0 ? { at: search.at } : {},
  component: part(() => import("./chat/session-page"), "SessionPage"),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  component: part(() => import("./shell/settings-page"), "SettingsPage"),
});

const settingsFirst = createRoute({
  getParentRoute: () => settings,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/cores", replace: true });
  },
});

const settingsCores = createRoute({
  getParentRoute: () => settings,
  path: "cores",
  /** `add`: with the dialog open that adds one. */
  validateSearch: (search): { add?: boolean } => (search.add === true ? { add: true } : {}),
  component: part(() => import("./cores/cores-tab"), "CoresTab"),
});

const settingsAccount = createRoute({
  getParentRoute: () => settings,
  path: "account",
  component: part(() => import("./account/account-tab"), "AccountTab"),
});

const settingsAppearance = createRoute({
  getParentRoute: () => settings,
  path: "appearance",
  component: part(() => import("./preferences/appearance-page"), "AppearancePage"),
});

const settingsKeyboard = createRoute({
  getParentRoute: () => settings,
  path: "keyboard",
  component: part(() => import("./preferences/keyboard-page"), "KeyboardPage"),
});

const tree = root.addChildren([
  login,
  setup,
  shell.addChildren([
    home,
    inbox,
    core,
    workspace,
    session,
    settings.addChildren([settingsFirst, settingsCores, settingsAccount, settingsAppearance, settingsKeyboard]),
  ]),
]);

export const makeRouter = (client: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { client },
    // A page that cannot be shown leaves what is around it.
    defaultErrorComponent: Broken,
    defaultPreload: "intent",
    scrollRestoration: false,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
