declare module '*.css';

/** Addresses of the editor's workers, put in by the bundler. */
declare const WORKERS: { readonly editor: string; readonly graphql: string; readonly json: string };
