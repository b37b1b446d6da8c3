/** The target of a request in origin form: a path and a query string. Servers take the absolute form too (RFC 9112). */
export function originForm(target = '/'): string {
  const authority = /^https?:\/\/[^/?#]*/i.exec(target);
  if (authority === null) return target;
  const rest = target.slice(authority[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

export function pathOf(target = '/'): string {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

/** The path of the API, which many clients are given with a slash at the end. */
export function isGraphqlPath(path: string): boolean {
  return path === '/graphql' || path === '/graphql/';
}
