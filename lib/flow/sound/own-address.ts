/** Finds the address at which other devices in the network reach this machine. */
import { existsSync } from "node:fs";
import { networkInterfaces, type NetworkInterfaceInfo } from "node:os";

/** Networks inside this machine: containers, virtual machines, bridges and tunnels. They contain no speakers. */
const VIRTUAL =
  /^(docker|br-|veth|virbr|vmnet|vbox|vethernet|hyper-v|lxc|lxd|cni|flannel|cali|podman|zt|tailscale|wg|tun|tap|utun|ham|ppp)/i;

/** Addresses of home networks (RFC 1918). */
const PRIVATE = /^(192\.168\.|10\.|172\.(1[6-9]|2\d|3[01])\.)/;

/** Link-local addresses that an interface assigns to itself. */
const LINK_LOCAL = /^(169\.254\.|fe80:)/i;

/** An address of this machine. */
export interface OwnAddress {
  /** Name of the network interface. */
  readonly name: string;
  readonly address: string;
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * The addresses that other devices may reach, the likeliest first: those of real interfaces before those of virtual
 * ones, IPv4 before IPv6, private ones before others.
 */
export function ownAddresses(interfaces: Interfaces = networkInterfaces()): OwnAddress[] {
  const all = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos.map((info) => ({ ...info, name })),
  );
  const outside = all.filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address));
  const rank = ({ name, family, address }: (typeof outside)[number]): number =>
    (VIRTUAL.test(name) ? 4 : 0) + (family === "IPv4" ? 0 : 2) + (PRIVATE.test(address) ? 0 : 1);
  return outside.sort((a, b) => rank(a) - rank(b)).map(({ name, address }) => ({ name, address }));
}

/** Whether an address is one of this machine's that others may reach. */
export const isOwnAddress = (address: string): boolean =>
  ownAddresses().some((own) => own.address === address);

/** Whether this process runs in a container, whose own address usually cannot be reached from outside. */
export const inContainer = (): boolean => existsSync("/.dockerenv") || existsSync("/run/.containerenv");

/** Networks that container engines make by default: docker's and podman's. */
const CONTAINER_NETWORK = /^(172\.(1[6-9]|2\d|3[01])\.|10\.8[89]\.)/;

/** Whether this process is in a container with a network of its own, which speakers cannot reach. */
export const isHidden = (): boolean =>
  inContainer() && CONTAINER_NETWORK.test(ownAddresses()[0]?.address ?? "");
