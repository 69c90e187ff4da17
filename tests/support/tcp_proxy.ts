export * from "../../scripts/faults/tcp_proxy.ts";
