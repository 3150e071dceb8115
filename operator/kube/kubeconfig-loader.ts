/** Large, and needed outside a cluster only: to be imported when it is. */
export { KubeConfig } from '@kubernetes/client-node';
