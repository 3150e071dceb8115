/** What other folders may use of the infrastructure: the AWS resources of an environment, as the program asks for them. */
export { type CloudResource, recordCloud } from './cloud-graph.ts';
export { isInCloud } from './names.ts';
