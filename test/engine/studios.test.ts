import { isInCloud } from '../../infra/index.ts';
import { readEnvironments } from '../../stacks/index.ts';
import { describeStack, usePlace } from './cloud-stacks.ts';

const studios = readEnvironments()
  .filter(isInCloud)
  .filter(({ cluster }) => cluster.name.startsWith('studio'));
const place = usePlace(studios);

// one after the other: both name what makes Flux deliver their cluster alike
for (const environment of studios) describeStack(environment, place);
