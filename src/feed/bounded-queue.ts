/**
 * A bounded queue with one reader, which reads it as an async iterator. An error ends it: the reader gets the error
 * once, and nothing after it.
 */
export interface BoundedQueue<T> extends AsyncIterableIterator<T> {
  readonly isOpen: boolean;
  /** When the reader last took an item, in milliseconds of the steady clock of the process. */
  readonly takenAt: number;
  /** Adds an item. Returns false if the queue is full or closed. */
  put(item: T): boolean;
  /** Resolves when the reader has taken every item, or the queue is closed. */
  drained(): Promise<void>;
  /** Closes the queue, drops its items, and gives the reader the error. */
  abort(error: unknown): void;
  /** Closes the queue. The reader calls it. */
  return(): Promise<IteratorResult<T>>;
}

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (error: unknown) => void;
}

/** Either side closes the queue; `onClose` is then called once. */
export function createBoundedQueue<T>(capacity: number, onClose: () => void): BoundedQueue<T> {
  const items: T[] = [];
  const readers: Reader<T>[] = [];
  const writers: (() => void)[] = [];
  let isOpen = true;
  let takenAt = performance.now();
  let failure: { readonly error: unknown } | null = null;

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    items.length = 0;
    for (const writer of writers.splice(0)) writer();
    for (const reader of readers.splice(0)) endRead(reader);
    onClose();
  }

  /** Ends a read of a closed queue: the first one with the error, later ones with the end. */
  function endRead({ resolve, reject }: Reader<T>): void {
    if (failure === null) {
      resolve({ value: undefined, done: true });
      return;
    }
    const { error } = failure;
    failure = null;
    reject(error);
  }

  const queue: BoundedQueue<T> = {
    get isOpen() {
      return isOpen;
    },
    get takenAt() {
      return takenAt;
    },
    put(item) {
      if (!isOpen) return false;
      const reader = readers.shift();
      if (reader) {
        takenAt = performance.now();
        reader.resolve({ value: item, done: false });
        return true;
      }
      if (items.length >= capacity) return false;
      items.push(item);
      return true;
    },
    drained() {
      if (!isOpen || items.length === 0) return Promise.resolve();
      return new Promise((resolve) => writers.push(resolve));
    },
    abort(error) {
      if (isOpen) failure = { error };
      close();
    },
    next() {
      const item = items.shift();
      if (item !== undefined) {
        takenAt = performance.now();
        if (items.length === 0) for (const writer of writers.splice(0)) writer();
        return Promise.resolve({ value: item, done: false });
      }
      return new Promise((resolve, reject) => {
        if (isOpen) readers.push({ resolve, reject });
        else endRead({ resolve, reject });
      });
    },
    return() {
      close();
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return queue;
    },
  };
  return queue;
}
