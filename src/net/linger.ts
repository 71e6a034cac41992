/**
 * Time limits for a peer to close its side after the server has closed its own.
 *
 * @module
 */

/** The time limit for a peer that sends nothing more, in milliseconds. */
export const LINGER_MS = 2_000;

/**
 * The time limit for a peer that keeps sending, in milliseconds. While it streams, OBS reads neither
 * messages nor the end of the connection: it reconnects only after an error when it writes. Half a
 * second is enough for a slow network to deliver the server's last message before that.
 */
export const LINGER_WHILE_SENDING_MS = 500;
