import { assertRejects } from "@std/assert";
import { type Endpoint, listenAtStart } from "../../../src/server/cli/startup.ts";
import { StartError } from "../../../src/server/cli/start_error.ts";

const HTTP: Endpoint = {
  protocol: "HTTP",
  hostFlag: "--http-host",
  host: "0.0.0.0",
  portFlag: "--http-port",
  port: 80,
};

/** What the system says, as Deno passes it on, and what the operator reads. */
const FAILURES: [error: Error, port: number, message: string][] = [
  [
    new Deno.errors.PermissionDenied("Permission denied (os error 13)"),
    80,
    "HTTP on 0.0.0.0:80: ports below 1024 are for root, choose another with --http-port",
  ],
  [
    new Deno.errors.PermissionDenied("Permission denied (os error 13)"),
    8080,
    "HTTP on 0.0.0.0:8080: Permission denied (os error 13)",
  ],
  [
    new Deno.errors.AddrInUse("Address already in use (os error 98)"),
    80,
    "HTTP on 0.0.0.0:80: the port is taken, choose another with --http-port",
  ],
  [
    new Deno.errors.AddrNotAvailable("Cannot assign requested address (os error 99)"),
    0,
    "HTTP on 0.0.0.0:0: this machine does not have the address, choose another with --http-host",
  ],
];

for (const [error, port, message] of FAILURES) {
  Deno.test(`listenAtStart() on port ${port} explains ${error.name}`, async () => {
    const start = () => {
      throw error;
    };
    const endpoint = { ...HTTP, port };
    await assertRejects(
      () => listenAtStart(endpoint, start),
      StartError,
      `Cannot listen for ${message}`,
    );
  });
}
