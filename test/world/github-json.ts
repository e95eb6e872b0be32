// What tests read of GitHub's answers; every other field is there too, as unknown.
import type { JsonObject } from './contract.ts';

export interface IssueJson extends JsonObject {
  id: number;
  number: number;
  title: string;
  body: string | null;
  state: string;
  state_reason: string | null;
  labels: { name: string }[];
  assignees: { login: string }[];
  user: { login: string };
}

export interface CommentJson extends JsonObject {
  id: number;
  body: string;
  user: { login: string; type: string };
  created_at: string;
  updated_at: string;
}

export interface PullJson extends JsonObject {
  id: number;
  node_id: string;
  number: number;
  title: string;
  body: string | null;
  state: string;
  draft: boolean;
  merged: boolean;
  merge_commit_sha: string | null;
  mergeable_state: string;
  head: { ref: string; sha: string; label: string };
  base: { ref: string; sha: string };
  user: { login: string };
}

export interface CheckRunJson extends JsonObject {
  id: number;
  name: string;
  status: string;
  conclusion: string | null;
  head_sha: string;
  app: { id: number; slug: string } | null;
  output: { title: string | null; summary: string | null; text: string | null };
}
