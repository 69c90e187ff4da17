import process from "node:process";
import { PostgresCluster } from "../../scripts/demo/postgres_cluster.ts";

// Run by postgres_cluster_test.ts, which kills it: it holds a server until then.
const cluster = await PostgresCluster.start({ allowInstalled: false }) as PostgresCluster;
const { processId, socketDirectory: directory } = cluster;
process.stdout.write(JSON.stringify({ processId, directory }) + "\n");
