/** Markup. Text becomes markup only through {@link html}, which escapes it. */
export interface Html {
  readonly text: string;
}

/** Tagged template that escapes its values, except markup. */
export function html(strings: TemplateStringsArray, ...values: readonly (Html | string | number)[]): Html {
  let text = '';
  strings.forEach((part, index) => {
    const value = values[index];
    text += part;
    if (value !== undefined) text += typeof value === 'object' ? value.text : escaped(String(value));
  });
  return { text };
}

export function joined(items: readonly Html[]): Html {
  return { text: items.map(({ text }) => text).join('') };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
