/**
 * The messages that carry tags.
 *
 * @module
 */

import { MessageType } from "../message/message.ts";
import type { FlvTagType } from "./flv_tag.ts";

/** The type of the message that carries a tag. */
export const MESSAGE_TYPES: Readonly<Record<FlvTagType, number>> = {
  audio: MessageType.Audio,
  video: MessageType.Video,
  script: MessageType.DataAmf0,
};
