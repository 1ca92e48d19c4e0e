package retort.server.schedule;

/**
 * An update that was not taken.
 *
 * @param id the client's number for it
 * @param reason what was wrong, in a sentence
 */
public record RejectedUpdate(long id, String reason) {}
