/**
 * Stands in for pulumi-language-nodejs, which no package registry has: runs a Node.js program for the Pulumi CLI.
 * The program itself is run by @pulumi/pulumi's own cmd/run, as by the real host.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
// both must be the copies that @pulumi/pulumi itself uses, so package.json does not name them
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import languageServices from '@pulumi/pulumi/proto/language_grpc_pb.js';
import language from '@pulumi/pulumi/proto/language_pb.js';
import plugin from '@pulumi/pulumi/proto/plugin_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import { endWithParent } from './parent.ts';

const { resolve } = createRequire(import.meta.url);

/** Exit code of cmd/run for "the error is already shown". */
const alreadyShown = 32;
const engine = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '';

function programArguments(request: language.RunRequest): string[] {
  const nodeArguments: unknown = request.getInfo()?.getOptions()?.toJavaScript()['nodeargs'];
  return [
    ...(typeof nodeArguments === 'string' ? nodeArguments.split(' ') : []),
    `--import=${new URL('end-with-host.ts', import.meta.url).href}`,
    resolve('@pulumi/pulumi/cmd/run/index.js'),
    `--monitor=${request.getMonitorAddress()}`,
    `--engine=${engine}`,
    `--project=${request.getProject()}`,
    `--stack=${request.getStack()}`,
    `--organization=${request.getOrganization()}`,
    `--pwd=${request.getPwd()}`,
    `--root-directory=${request.getInfo()?.getRootDirectory() ?? request.getPwd()}`,
    `--parallel=${request.getParallel()}`,
    ...(request.getDryrun() ? ['--dry-run'] : []),
    request.getInfo()?.getEntryPoint() ?? '.',
  ].filter((word) => word !== '');
}

function run(
  { request }: ServerUnaryCall<language.RunRequest, language.RunResponse>,
  answer: sendUnaryData<language.RunResponse>,
): void {
  const child = spawn(process.execPath, programArguments(request), {
    cwd: request.getPwd(),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  });
  child.on('exit', (code, signal) => {
    const response = new language.RunResponse();
    response.setBail(code === alreadyShown);
    if (code !== 0 && code !== alreadyShown) {
      response.setError(`the program ended with ${signal ?? `exit code ${code}`}`);
    }
    answer(null, response);
  });
}

/** Answers a call that needs no answer of its own. */
const answerEmpty =
  <T>(Response: new () => T) =>
  (_: unknown, answer: sendUnaryData<T>): void =>
    answer(null, new Response());

endWithParent();
const server = new Server();
server.addService(languageServices.LanguageRuntimeService, {
  handshake: answerEmpty(language.LanguageHandshakeResponse),
  getRequiredPlugins: answerEmpty(language.GetRequiredPluginsResponse),
  getRequiredPackages: answerEmpty(language.GetRequiredPackagesResponse),
  runtimeOptionsPrompts: answerEmpty(language.RuntimeOptionsResponse),
  about: answerEmpty(language.AboutResponse),
  cancel: answerEmpty(empty.Empty),
  getPluginInfo: answerEmpty(plugin.PluginInfo),
  run,
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
