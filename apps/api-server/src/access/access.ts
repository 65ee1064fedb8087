/** What a route does to which kind of object: KFP's resources and verbs, as its access reviews name them, and ours. */
export interface Access {
  readonly resource: 'pipelines' | 'experiments' | 'runs' | 'recurringruns' | 'artifacts' | 'events' | 'server' | 'pages';
  readonly verb: 'get' | 'list' | 'create' | 'update' | 'delete' | 'archive' | 'unarchive' | 'terminate' | 'retry' | 'readArtifact' | 'enable' | 'disable';
  /** Answers without a token: only what tells nothing about anyone's data. */
  readonly open?: boolean;
}
