package retort.clients;

/**
 * Where a server listens, as {@code HOST:PORT}; an IPv6 address stands in brackets.
 *
 * @param host a name or a number
 * @param port 1 to 65535
 */
record ServerAddress(String host, int port) {

  ServerAddress {
    boolean bracketed = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
    if (!host.matches("[^\\s:/\\[\\]]+") && !bracketed) {
      throw new IllegalArgumentException(refusal(host + ":" + port));
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "the address " + host + ":" + port + " has no port from 1 to 65535; correct it");
    }
  }

  /**
   * Reads {@code HOST:PORT}.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static ServerAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0 || !text.substring(colon + 1).matches("\\d{1,9}")) {
      throw new IllegalArgumentException(refusal(text));
    }
    return new ServerAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  private static String refusal(String text) {
    return "the address is '" + text + "' but should be HOST:PORT, such as 127.0.0.1:8001";
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
