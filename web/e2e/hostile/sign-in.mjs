/** Where a Core says that its owner approves. None of these is the vendor's page. */
import { EVIL, run } from "./evil.mjs";

export const ADDRESSES = [
  (m) => `javascript:${run(m)}`,
  (m) => `JAVASCRIPT:${run(m)}//https://claude.com/cai/oauth/authorize?`,
  (m) => ` javascript:${run(m)}`,
  (m) => `data:text/html,<script>opener.${run(m)}</script>`,
  (m) => `blob:https://claude.com/${m}`,
  (m) => `${EVIL}/${m}`,
  (m) => `//evil.example/cai/oauth/authorize?${m}`,
  (m) => `/api/v1/log-out?${m}`,
  (m) => `http://claude.com/cai/oauth/authorize?${m}`,
  (m) => `https://claude.com.evil.example/cai/oauth/authorize?${m}`,
  (m) => `https://claude.com@evil.example/cai/oauth/authorize?${m}`,
  (m) => `https://evil.example/https://claude.com/cai/oauth/authorize?${m}`,
  (m) => `https://evil.example\\@claude.com/cai/oauth/authorize?${m}`,
  (m) => `https://claude.com\\.evil.example/cai/oauth/authorize?${m}`,
  (m) => `https://claude.com:8443/cai/oauth/authorize?${m}`,
  (m) => `https://claude.com/cai/oauth/authorize/../../../logout?${m}`,
  (m) => `https://claude.com/redirect?to=${EVIL}/${m}`,
  (m) => `HTTPS://CLAUDE.COM.EVIL.EXAMPLE/${m}`,
  () => "",
  () => ({ toString: "evil" }),
  () => null,
  () => 7,
  () => ["https://claude.com/cai/oauth/authorize?"],
];
