/** What waits for one subscriber, in order: bounded, and read as an async iterator. */
export interface BoundedQueue<T> extends AsyncIterableIterator<T> {
  readonly isOpen: boolean;
  /** When the reader last took an item, in milliseconds on the process's steady clock. */
  readonly takenAt: number;
  /** Puts an item in; false when there is no room, or nobody reads any more. */
  put(item: T): boolean;
  /** Resolves once everything in it has been taken, or nobody reads any more. */
  drained(): Promise<void>;
  /** Throws away what is in it, and tells the reader of the error. */
  abort(error: unknown): void;
  /** The reader has had enough. */
  return(): Promise<IteratorResult<T>>;
}

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (error: unknown) => void;
}

/** `onClose` is called once, whoever closes it. */
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
    for (const reader of readers.splice(0)) tellEnd(reader);
    onClose();
  }

  /** An error is told once; after it, and without one, it is over. */
  function tellEnd({ resolve, reject }: Reader<T>): void {
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
        else tellEnd({ resolve, reject });
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
