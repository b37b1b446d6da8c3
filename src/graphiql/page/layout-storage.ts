import type { Storage } from '@graphiql/toolkit';

/** State of GraphiQL that may outlive the page: layout, never operations or answers. */
const PERSISTENT: ReadonlySet<string> = new Set(
  ['theme', 'visiblePlugin', 'docExplorerFlex', 'editorFlex', 'secondaryEditorFlex'].map(
    (name) => `graphiql:${name}`,
  ),
);

/**
 * Storage for GraphiQL. Operations, variables and history are lost with the page: they may name incidents, and the
 * next user of the machine may belong to another nation.
 */
export function createLayoutStorage(persistent: globalThis.Storage): Storage {
  const transient = new Map<string, string>();
  return {
    getItem: (key) => (PERSISTENT.has(key) ? persistent.getItem(key) : (transient.get(key) ?? null)),
    setItem: (key, value) => {
      if (PERSISTENT.has(key)) persistent.setItem(key, value);
      else transient.set(key, value);
    },
    removeItem: (key) => {
      if (PERSISTENT.has(key)) persistent.removeItem(key);
      else transient.delete(key);
    },
    clear: () => {
      for (const key of PERSISTENT) persistent.removeItem(key);
      transient.clear();
    },
    get length() {
      return transient.size;
    },
  };
}
