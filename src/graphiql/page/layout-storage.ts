import type { Storage } from '@graphiql/toolkit';

/** The part of GraphiQL's state that may outlive the page: layout, never operations or answers. */
const KEPT: ReadonlySet<string> = new Set(
  ['theme', 'visiblePlugin', 'docExplorerFlex', 'editorFlex', 'secondaryEditorFlex'].map(
    (name) => `graphiql:${name}`,
  ),
);

/**
 * Storage for GraphiQL. Operations, variables and history live as long as the page: they may name
 * incidents, and the next person at the desk may belong to another nation.
 */
export function createLayoutStorage(kept: globalThis.Storage): Storage {
  const passing = new Map<string, string>();
  return {
    getItem: (key) => (KEPT.has(key) ? kept.getItem(key) : (passing.get(key) ?? null)),
    setItem: (key, value) => {
      if (KEPT.has(key)) kept.setItem(key, value);
      else passing.set(key, value);
    },
    removeItem: (key) => {
      if (KEPT.has(key)) kept.removeItem(key);
      else passing.delete(key);
    },
    clear: () => {
      for (const key of KEPT) kept.removeItem(key);
      passing.clear();
    },
    get length() {
      return passing.size;
    },
  };
}
