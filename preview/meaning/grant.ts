import { fieldsOf, listOf, textOf, textsOf } from '../diff/value.ts';
import { ofKind, type Objects } from '../object.ts';

const group = 'rbac.authorization.k8s.io';

/** One verb on one resource, for one holder. */
export interface Grant {
  /** Subjects as `ServiceAccount one/operator`, or whoever is bound to a role. */
  readonly holder: string;
  /** Empty: in every namespace and on what is in none. */
  readonly namespace: string;
  readonly verb: string;
  /** `secrets`, `deployments.apps` or a URL. */
  readonly resource: string;
  /** Empty: every object. */
  readonly name: string;
}

type Permission = Pick<Grant, 'verb' | 'resource' | 'name'>;

const orAll = (list: readonly string[]): readonly string[] => (list.length === 0 ? [''] : list);

function permissionsOf(rule: unknown): readonly Permission[] {
  const names = orAll(textsOf(rule, 'resourceNames'));
  const urls = textsOf(rule, 'nonResourceURLs');
  const resources = textsOf(rule, 'apiGroups').flatMap((apiGroup) =>
    textsOf(rule, 'resources').map((resource) => (apiGroup === '' ? resource : `${resource}.${apiGroup}`)),
  );
  return textsOf(rule, 'verbs').flatMap((verb) =>
    [...resources, ...urls].flatMap((resource) => names.map((name) => ({ verb, resource, name }))),
  );
}

const permissionsOfRole = (value: unknown): readonly Permission[] => listOf(value, 'rules').flatMap(permissionsOf);

function findRole(objects: readonly Objects[], kind: string, namespace: string, name: string) {
  return objects
    .flatMap((side) => ofKind(side, kind, group))
    .find(({ id }) => id.name === name && (kind === 'ClusterRole' || id.namespace === namespace));
}

function holderOf(subject: unknown, namespace: string): string {
  const place = textOf(subject, 'kind') === 'ServiceAccount' ? `${textOf(subject, 'namespace') || namespace}/` : '';
  return `${textOf(subject, 'kind')} ${place}${textOf(subject, 'name')}`;
}

/** What every subject may do by the bindings of `own`; roles are looked up in `own`, then in `shared`. */
function boundGrants(own: Objects, shared: Objects): readonly Grant[] {
  const bindings = [...ofKind(own, 'RoleBinding', group), ...ofKind(own, 'ClusterRoleBinding', group)];
  return bindings.flatMap(({ id, value }) => {
    const roleRef = fieldsOf(value, 'roleRef');
    const role = findRole([own, shared], textOf(roleRef, 'kind'), id.namespace, textOf(roleRef, 'name'));
    const permissions = permissionsOfRole(role?.value);
    return listOf(value, 'subjects').flatMap((subject) =>
      permissions.map((permission) => ({
        ...permission,
        holder: holderOf(subject, id.namespace),
        namespace: id.namespace,
      })),
    );
  });
}

/** What the roles of `own` give to bindings that are elsewhere. */
function unboundGrants(own: Objects): readonly Grant[] {
  const bound = new Set(
    [...ofKind(own, 'RoleBinding', group), ...ofKind(own, 'ClusterRoleBinding', group)].map(({ id, value }) => {
      const roleRef = fieldsOf(value, 'roleRef');
      return `${textOf(roleRef, 'kind')} ${textOf(roleRef, 'kind') === 'Role' ? id.namespace : ''}/${textOf(roleRef, 'name')}`;
    }),
  );
  return [...ofKind(own, 'Role', group), ...ofKind(own, 'ClusterRole', group)]
    .filter(({ id }) => !bound.has(`${id.kind} ${id.namespace}/${id.name}`))
    .flatMap(({ id, value }) =>
      permissionsOfRole(value).map((permission) => ({
        ...permission,
        holder: `holders of ${id.kind} ${id.name}`,
        namespace: id.namespace,
      })),
    );
}

export function grantsOf(own: Objects, shared: Objects): readonly Grant[] {
  return [...boundGrants(own, shared), ...unboundGrants(own)];
}

const groupOf = (resource: string): string => resource.split('.').slice(1).join('.');

/** Whether a resource of a rule, with its wildcards, is or holds another. */
export function holdsResource(resource: string, other: string): boolean {
  const apiGroup = groupOf(other);
  return resource === other || resource === '*.*' || resource === (apiGroup === '' ? '*' : `*.${apiGroup}`);
}

/** Whether a grant allows all that another does. */
export function covers(one: Grant, other: Grant): boolean {
  return (
    one.holder === other.holder &&
    (one.namespace === '' || one.namespace === other.namespace) &&
    (one.verb === '*' || one.verb === other.verb) &&
    holdsResource(one.resource, other.resource) &&
    (one.name === '' || one.name === other.name)
  );
}
