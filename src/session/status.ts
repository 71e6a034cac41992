/**
 * Status messages (`onStatus`): a code for programs, a description for people.
 *
 * @module
 */

import { writeCommand } from "../message/command.ts";
import type { RtmpMessage } from "../message/message.ts";
import { plainText } from "../plain_text.ts";

/**
 * The codes that the server sends (RTMP 1.0, section 7.2.2; others are from Flash Media Server).
 * `PublishLoop` is Sluice's own: only relays that mark their streams get it.
 */
export const StatusCode = {
  ConnectSuccess: "NetConnection.Connect.Success",
  ConnectRejected: "NetConnection.Connect.Rejected",
  ReconnectRequest: "NetConnection.Connect.ReconnectRequest",
  AppShutdown: "NetConnection.Connect.AppShutdown",
  CallFailed: "NetConnection.Call.Failed",
  PublishStart: "NetStream.Publish.Start",
  PublishBadName: "NetStream.Publish.BadName",
  PublishDenied: "NetStream.Publish.Denied",
  PublishLoop: "NetStream.Publish.Loop",
  UnpublishSuccess: "NetStream.Unpublish.Success",
  PlayReset: "NetStream.Play.Reset",
  PlayStart: "NetStream.Play.Start",
  PlayStop: "NetStream.Play.Stop",
  PlayFailed: "NetStream.Play.Failed",
  PlayStreamNotFound: "NetStream.Play.StreamNotFound",
  PlayUnpublishNotify: "NetStream.Play.UnpublishNotify",
  PauseNotify: "NetStream.Pause.Notify",
  UnpauseNotify: "NetStream.Unpause.Notify",
  SeekNotify: "NetStream.Seek.Notify",
  SeekFailed: "NetStream.Seek.Failed",
  Failed: "NetStream.Failed",
} as const;

/** Makes an `onStatus` for a message stream, or for the connection if the id is 0. */
export function onStatus(
  messageStreamId: number,
  level: "status" | "error",
  code: string,
  description: string,
): RtmpMessage {
  const info = { level, code, description: plainText(description) };
  return writeCommand(messageStreamId, "onStatus", 0, null, info);
}
