import { BlockList, type IPVersion, isIP } from 'node:net';

/** @spec RFC 6890 */
const INSIDE_V4 = networks('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
]);

/** With IPv4 in IPv6, in whatever form. A list of its own: a mapped network in it would match every IPv4 address. */
const INSIDE_V6 = networks('ipv6', [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]);

/** Whether an IP address (without brackets) is one of the Internet: not of this machine, its network, or a special use. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !INSIDE_V4.check(address, 'ipv4');
  return version === 6 && !INSIDE_V6.check(address, 'ipv6');
}

function networks(version: IPVersion, all: readonly (readonly [network: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of all) list.addSubnet(network, prefix, version);
  return list;
}
