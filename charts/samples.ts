import type { Chart } from 'cdk8s';
import { LambdaFunction } from './imports/lambda-function.ts';
import type { Part } from './part.ts';

const helloPython = `def handler(event, context):
    name = event.get("name", "World")
    return {"message": f"Hello, {name}!"}
`;

const helloNodejs = `exports.handler = async (event) => {
  const name = event.name ?? 'World';
  return { message: \`Hello, \${name}!\` };
};
`;

/** The functions of the quick start. */
export const samplesPart: Part = {
  name: 'samples',
  build(chart, { environment }) {
    if (!environment.features.sampleFunctions) {
      return;
    }
    const namespace = environment.namespaces.functions[0] ?? environment.namespaces.control;
    addSample(chart, namespace, { name: 'hello-python', language: 'python', version: '3.11', code: helloPython });
    addSample(chart, namespace, { name: 'hello-nodejs', language: 'nodejs', version: '20', code: helloNodejs });
  },
};

interface Sample {
  readonly name: string;
  readonly language: 'python' | 'nodejs';
  readonly version: string;
  readonly code: string;
}

function addSample(chart: Chart, namespace: string, { name, language, version, code }: Sample): void {
  new LambdaFunction(chart, name, {
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'samples' },
      // the code holds braces after a dollar sign, which Flux would replace
      annotations: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
    },
    spec: {
      source: { type: 'inline', inline: { code } },
      runtime: { language, version, handler: 'handler' },
      scaling: { minReplicas: 0, maxReplicas: 10 },
    },
  });
}
