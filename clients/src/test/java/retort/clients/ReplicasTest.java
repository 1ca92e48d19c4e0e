package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicasTest {
  private static InetAddress number(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static Replicas of(Replicas.Names names) {
    return new Replicas(
        List.of(ServerAddress.parse("one:1"), ServerAddress.parse("many:2")), names);
  }

  @Test
  void addressesStandWithCommasBetween() {
    assertThat(Replicas.parse("a:1, b:2")).hasToString("a:1, b:2");
    assertThat(Replicas.parse("a:1,b:2").written()).hasSize(2);
  }

  @Test
  void anEmptyAddressIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Replicas.parse("a:1,"));
    assertThatIllegalArgumentException().isThrownBy(() -> Replicas.parse(""));
  }

  @Test
  void eachRecordOfANameIsAReplica() {
    Replicas replicas =
        of(host -> host.equals("one") ? List.of(number(1)) : List.of(number(2), number(3)));

    assertThat(replicas.resolved())
        .map(Replica::toString)
        .containsExactly("one:1", "many:2 (10.0.0.2)", "many:2 (10.0.0.3)");
    assertThat(replicas.written()).map(Replica::toString).containsExactly("one:1", "many:2");
  }

  @Test
  void aNameThatIsUnknownIsLeftToGrpc() {
    Replicas replicas =
        of(
            host -> {
              throw new UnknownHostException(host);
            });

    assertThat(replicas.resolved()).isEqualTo(replicas.written());
  }
}
