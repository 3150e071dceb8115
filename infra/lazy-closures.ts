/**
 * Leaves out of the start of a program what @pulumi/pulumi needs for the source of functions only, which no program of
 * this project gives it: TypeScript and npm's resolver, two thirds of the time that @pulumi/pulumi takes to load. Each
 * is still loaded once it is used. Pulumi.yaml names this file to Node.js, since @pulumi/pulumi loads before a program.
 */
import Module from 'node:module';

const rarelyUsed: ReadonlySet<string> = new Set(['typescript', '@npmcli/arborist']);
const ofPulumi = /[/\\]@pulumi[/\\]pulumi[/\\][^@]+$/;
const load = Reflect.get(Module.prototype, 'require');

/** Stands for the exports of a module that is loaded when the first of them is read. */
function whenUsed(loadModule: () => object): object {
  let exports: object | undefined;
  const get = (_: object, name: string | symbol): unknown => {
    // what compiled imports ask first; a module that says so is taken as it is
    if (name === '__esModule') return true;
    exports ??= loadModule();
    return Reflect.get(exports, name);
  };
  return new Proxy({}, { get });
}

Object.assign(Module.prototype, {
  require(this: NodeJS.Module, id: string) {
    const isRare = rarelyUsed.has(id) && ofPulumi.test(this.filename);
    return isRare ? whenUsed(() => load.call(this, id)) : load.call(this, id);
  },
});
