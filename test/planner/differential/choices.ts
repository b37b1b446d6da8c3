/** Decisions drawn from a list of numbers: shorter lists and smaller numbers make simpler things. */
export interface Choices {
  /** A number from 0 to `below` - 1; 0 when nothing is left to draw. */
  next(below: number): number;
  /** True once in so many times; false when nothing is left to draw. */
  once(in_: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** Nothing is left to draw. */
  isSpent(): boolean;
}

export function choicesFrom(numbers: ArrayLike<number>): Choices {
  let position = 0;
  const next = (below: number): number => {
    const number = numbers[position] ?? 0;
    position += 1;
    return number % below;
  };
  return {
    next,
    once: (in_) => next(in_) === in_ - 1,
    pick: (items) => {
      const item = items[next(items.length)];
      if (item === undefined) throw new Error('Nothing to choose from');
      return item;
    },
    isSpent: () => position >= numbers.length,
  };
}
