import { assertEquals } from "@std/assert";
import { networkOf } from "../../src/net/address.ts";

const NETWORKS: [address: string, network: string][] = [
  ["10.0.0.1:1935", "10.0.0.1"],
  ["[::ffff:10.0.0.1]:1935", "10.0.0.1"],
  ["[2001:db8:1:2:3:4:5:6]:1935", "2001:db8:1:2"],
  ["[2001:db8:1:2::6]:1935", "2001:db8:1:2"],
  ["[2001:db8::6]:1935", "2001:db8:0:0"],
  ["[2001:db8::1:2:3:4:5]:1", "2001:db8:0:1"],
  ["local:0", "local"],
];

for (const [address, network] of NETWORKS) {
  Deno.test(`networkOf() of ${address} is ${network}`, () => {
    assertEquals(networkOf(address), network);
  });
}
