import { BlockList, isIP } from 'node:net';

const INSIDE_V4 = insideV4();
const INSIDE_V6 = insideV6();

/** Whether an IP address (without brackets) is one of the Internet: not of this machine, its network, or a special use. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !INSIDE_V4.check(address, 'ipv4');
  return version === 6 && !INSIDE_V6.check(address, 'ipv6');
}

/** @spec RFC 6890 */
function insideV4(): BlockList {
  const list = new BlockList();
  list.addSubnet('0.0.0.0', 8, 'ipv4');
  list.addSubnet('10.0.0.0', 8, 'ipv4');
  list.addSubnet('100.64.0.0', 10, 'ipv4');
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addSubnet('169.254.0.0', 16, 'ipv4');
  list.addSubnet('172.16.0.0', 12, 'ipv4');
  list.addSubnet('192.0.0.0', 24, 'ipv4');
  list.addSubnet('192.168.0.0', 16, 'ipv4');
  list.addSubnet('198.18.0.0', 15, 'ipv4');
  list.addSubnet('224.0.0.0', 3, 'ipv4');
  return list;
}

/** With IPv4 in IPv6, in whatever form. A list of its own: a mapped network in it would match every IPv4 address. */
function insideV6(): BlockList {
  const list = new BlockList();
  list.addSubnet('::', 96, 'ipv6');
  list.addSubnet('::ffff:0:0', 96, 'ipv6');
  list.addSubnet('64:ff9b::', 96, 'ipv6');
  list.addSubnet('64:ff9b:1::', 48, 'ipv6');
  list.addSubnet('2002::', 16, 'ipv6');
  list.addSubnet('fc00::', 7, 'ipv6');
  list.addSubnet('fe80::', 10, 'ipv6');
  list.addSubnet('ff00::', 8, 'ipv6');
  return list;
}
