// Kubernetes, or a folder that stands for it. Knows no plan and no plugin.
export { type Cluster, type PodEvent } from './cluster.ts';
