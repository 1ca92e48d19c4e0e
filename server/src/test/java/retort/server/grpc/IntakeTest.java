package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.v1.GenerateRequest;
import retort.v1.ListModelsRequest;

class IntakeTest {
  private final Intake intake = new Intake(method -> method.equals("large"), 10, 1 << 20);
  private final List<Status> ends = new ArrayList<>();

  private Intake.Gathering begin(String method) {
    Intake.Gathering gathering = intake.newServerStreamTracer(method, new Metadata());
    gathering.endBy(ends::add);
    return gathering;
  }

  @Test
  void smallMessagesTakeNothingOfTheBudget() {
    Intake.Gathering call = begin("small");

    for (int i = 0; i < 3; i++) {
      call.inboundWireSize(4);
      call.inboundWireSize(6);
      call.handedOver();
    }

    assertThat(ends).isEmpty();
    assertThat(intake.taken()).isZero();
  }

  @Test
  void callEndsAsSoonAsItsMessageIsTooLarge() {
    Intake.Gathering call = begin("small");

    call.inboundWireSize(10);
    assertThat(ends).isEmpty();
    call.inboundWireSize(1);
    call.inboundWireSize(1000);

    assertThat(ends)
        .extracting(Status::getDescription)
        .containsExactly("the request message has more than 10 bytes, the most this method takes");
  }

  @Test
  void beginningsOfLargeMessagesShareABudget() {
    Intake.Gathering first = begin("large");
    Intake.Gathering second = begin("large");
    first.inboundWireSize((1 << 20) - 20);

    second.inboundWireSize(10);
    assertThat(ends).isEmpty();
    second.inboundWireSize(11);

    assertThat(ends).extracting(Status::getCode).containsExactly(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(ends.get(0).getDescription()).startsWith("requests of 1 MiB are on their way");
    assertThat(intake.taken()).isEqualTo((1 << 20) - 20);
  }

  @Test
  void whatIsHandedOverOrGivenUpIsGivenBack() {
    Intake.Gathering whole = begin("large");
    Intake.Gathering givenUp = begin("large");
    whole.inboundWireSize(100);
    givenUp.inboundWireSize(200);
    assertThat(intake.taken()).isEqualTo(300);

    whole.handedOver();
    givenUp.streamClosed(Status.CANCELLED);
    givenUp.inboundWireSize(50);

    assertThat(intake.taken()).isZero();
    assertThat(ends).isEmpty();
  }

  @Test
  void serverReadsNoMoreOfAMessageThatIsTooLarge() {
    try (Served served =
        Served.overTheLoopback(RecordingGenerator.open(new ImageShape(1, 2, 2)), 8)) {
      Served.fails(
          Status.Code.RESOURCE_EXHAUSTED,
          () ->
              served
                  .ask()
                  .generate(GenerateRequest.newBuilder().setModel("x".repeat(3 << 20)).build()),
          "more than 65536 bytes, the most this method takes");
      assertThat(served.ask().listModels(ListModelsRequest.getDefaultInstance()).getModelsCount())
          .isEqualTo(1);
    }
  }
}
