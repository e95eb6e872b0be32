// The rows of emulate's store that stand for git objects and refs.
import type { Row } from './rows.ts';

export interface BranchRow extends Row {
  repo_id: number;
  name: string;
  sha: string;
  protected: boolean;
}

export interface RefRow extends Row {
  repo_id: number;
  node_id: string;
  ref: string;
  sha: string;
}

/** `raw_base64` is ours: the exact bytes of a commit that came in over git. */
export interface CommitRow extends Row {
  repo_id: number;
  sha: string;
  node_id: string;
  message: string;
  author_name: string;
  author_email: string;
  author_date: string;
  committer_name: string;
  committer_email: string;
  committer_date: string;
  tree_sha: string;
  parent_shas: string[];
  user_id: number | null;
  raw_base64?: string;
}

export interface TreeEntry {
  path: string;
  mode: string;
  type: string;
  sha: string;
  size?: number;
}

export interface TreeRow extends Row {
  repo_id: number;
  sha: string;
  node_id: string;
  tree: TreeEntry[];
  truncated: boolean;
}

export interface BlobRow extends Row {
  repo_id: number;
  sha: string;
  node_id: string;
  content: string;
  encoding: string;
  size: number;
}

export interface TagRow extends Row {
  repo_id: number;
  sha: string;
  node_id: string;
  tag: string;
  message: string;
  object_sha: string;
  object_type: string;
  tagger_name: string;
  tagger_email: string;
  tagger_date: string;
  raw_base64?: string;
}
