package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.network.JsonArguments;
import retort.noise.DdpmSchedule;
import retort.noise.DdpmSchedule.BetaCurve;
import retort.noise.DdpmSchedule.Spacing;

class DiffusersSchedulerTest {

  private static DiffusersScheduler scheduler(String json) {
    return DiffusersScheduler.of(JsonArguments.of(JsonParser.parseString(json).getAsJsonObject()));
  }

  @Test
  void whatIsLeftOutIsThatOfDdpm() {
    DiffusersScheduler scheduler = scheduler("{'_class_name': 'DDPMScheduler'}");

    assertThat(scheduler.predicts()).isEqualTo("eps");
    assertThat(scheduler.schedule().alphaBars()).isEqualTo(DdpmSchedule.linear().alphaBars());
    assertThat(scheduler.schedule().sigmas(5)).isEqualTo(DdpmSchedule.linear().sigmas(5));
  }

  @Test
  void theFileDecidesLevelsStepsAndPrediction() {
    DiffusersScheduler scheduler =
        scheduler(
            """
            {'_class_name': 'EulerDiscreteScheduler', 'num_train_timesteps': 200,
             'beta_start': 0.00085, 'beta_end': 0.012, 'beta_schedule': 'scaled_linear',
             'trained_betas': null, 'prediction_type': 'v_prediction',
             'timestep_spacing': 'trailing', 'rescale_betas_zero_snr': true}
            """);

    DdpmSchedule expected =
        new DdpmSchedule(200, 0.00085, 0.012, BetaCurve.SCALED_LINEAR, Spacing.TRAILING)
            .endingInNoise();
    assertThat(scheduler.predicts()).isEqualTo("v");
    assertThat(scheduler.schedule().sigmas(4)).isEqualTo(expected.sigmas(4));
  }

  @Test
  void givenRatesCountMoreThanACurve() {
    DiffusersScheduler scheduler =
        scheduler("{'beta_schedule': 'linear', 'trained_betas': [0.5, 0.5]}");

    assertThat(scheduler.schedule().alphaBars()).containsExactly(0.5, 0.25);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'_class_name': 'FlowMatchEulerDiscreteScheduler' | FlowMatchEulerDiscreteScheduler",
        "'beta_schedule': 'cosine' | beta_schedule is cosine",
        "'prediction_type': 'flow_prediction' | epsilon, sample, v_prediction",
        "'trained_betas': [0.5, 2] | 2.0 at timestep 1"
      })
  void otherNoiseIsRefusedInASentence(String arguments, String reason) {
    assertThatThrownBy(() -> scheduler("{" + arguments + "}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }
}
