declare module '*.css';

/** Addresses of the editor's workers, inserted by the bundler. */
declare const WORKERS: { readonly editor: string; readonly graphql: string; readonly json: string };
