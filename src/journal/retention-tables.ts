// The table that retention added; its columns of other tables stand with them in tables.ts. See migrations/0008.

/** A fact of the stream names the artifact. Only what no stream names may expire. */
export type ArtifactRefTable = { digest: string; stream: string };

export type RetentionTables = { artifact_ref: ArtifactRefTable };
