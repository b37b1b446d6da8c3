import * as monaco from 'monaco-graphql/esm/monaco-editor.js';

const TINT = { light: '#195a73', dark: '#6cc3e0' } as const;
const SURFACE = { light: '#ffffff', dark: '#212a3b' } as const;

/** Names of the editor themes, as GraphiQL's `editorTheme` takes them. */
export const EDITOR_THEME = { light: 'merzili-light', dark: 'merzili-dark' } as const;

function defineTheme(shade: 'light' | 'dark'): void {
  const tint = TINT[shade];
  const surface = SURFACE[shade];
  monaco.editor.defineTheme(EDITOR_THEME[shade], {
    base: shade === 'light' ? 'vs' : 'vs-dark',
    inherit: true,
    rules: [{ token: 'argument.identifier.gql', foreground: shade === 'light' ? '6c5a9e' : 'b3a4e6' }],
    colors: {
      'editor.background': '#ffffff00',
      'scrollbar.shadow': '#ffffff00',
      'textLink.foreground': tint,
      'textLink.activeForeground': tint,
      focusBorder: tint,
      'list.hoverBackground': `${tint}19`,
      'list.highlightForeground': tint,
      'list.focusHighlightForeground': tint,
      'editorWidget.background': surface,
      'editorHoverWidget.background': surface,
      'editorSuggestWidget.background': surface,
      'editorSuggestWidget.selectedBackground': `${tint}26`,
      'editorSuggestWidget.selectedForeground': tint,
      'menu.background': surface,
      'menu.selectionBackground': `${tint}26`,
      'menu.selectionForeground': tint,
      'quickInput.background': surface,
      'quickInputList.focusBackground': `${tint}26`,
    },
  });
}

/** Sets the editor's workers, from this server, and its colours. Call it once, before the editor opens. */
export function prepareEditor(): void {
  window.MonacoEnvironment = {
    getWorker(_id, label) {
      if (label === 'json') return new Worker(WORKERS.json);
      if (label === 'graphql') return new Worker(WORKERS.graphql);
      return new Worker(WORKERS.editor);
    },
  };
  defineTheme('light');
  defineTheme('dark');
  // Turkish ı and Cyrillic are ordinary text here, not confusable characters. Invisible characters are still marked.
  monaco.editor.onDidCreateEditor((editor) => {
    editor.updateOptions({ unicodeHighlight: { ambiguousCharacters: false, nonBasicASCII: false } });
  });
}
