package retort.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import retort.trainer.report.Chart.Curve;
import retort.trainer.report.Chart.Level;
import retort.trainer.report.Chart.Reading;
import retort.trainer.report.Measure.Better;
import retort.trainer.report.Series.Point;

/** A frame of 304 x 132 leaves 200 x 100 for curves: 46 at the left, 58 right, 10 and 22. */
class ChartTest {
  private static final int WIDTH = 304;
  private static final int HEIGHT = 132;

  private static Element draw(Reading reading, List<Curve> curves, Level... levels)
      throws Exception {
    String svg = new Chart(curves, List.of(levels), reading, WIDTH, HEIGHT).svg("a < b");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)))
        .getDocumentElement();
  }

  private static Element only(Element svg, String tag, String style) {
    NodeList all = svg.getElementsByTagName(tag);
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      if (List.of(element.getAttribute("class").split(" ")).contains(style)) {
        return element;
      }
    }
    throw new AssertionError("no " + tag + " of class " + style);
  }

  private static Curve curve(Point... points) {
    return new Curve("", 0, new Series(List.of(points)), Better.LOWER);
  }

  /** Falls from 10 to 0; images at 0, 50, 100; seconds at 0, 10, 40. */
  private static final Curve LINE =
      curve(new Point(0, 0, 10), new Point(50, 10, 5), new Point(100, 40, 0));

  @Test
  void aLineOverImagesGoesFromCornerToCorner() throws Exception {
    Element svg = draw(Reading.IMAGES, List.of(LINE));

    assertThat(only(svg, "path", "curve").getAttribute("d")).isEqualTo("M46 10L146 60L246 110");
  }

  @Test
  void theSameOverTimeBendsWhereTheRunWasSlow() throws Exception {
    Element svg = draw(Reading.TIME, List.of(LINE));

    assertThat(only(svg, "path", "curve").getAttribute("d")).isEqualTo("M46 10L96 60L246 110");
  }

  @Test
  void valuesOverDecadesAreEquallyFarApart() throws Exception {
    Element svg =
        draw(
            Reading.IMAGES,
            List.of(curve(new Point(0, 0, 100), new Point(50, 1, 10), new Point(100, 2, 1))));

    double[] path =
        Pattern.compile("[ML ]")
            .splitAsStream(only(svg, "path", "curve").getAttribute("d"))
            .filter(number -> !number.isEmpty())
            .mapToDouble(Double::parseDouble)
            .toArray();
    assertThat(path[3]).isEqualTo((path[1] + path[5]) / 2);
  }

  @Test
  void theBestPointIsMarkedAndTold() throws Exception {
    Element best = only(draw(Reading.IMAGES, List.of(LINE)), "circle", "best");

    assertThat(best.getAttribute("cx")).isEqualTo("246");
    assertThat(best.getAttribute("cy")).isEqualTo("110");
    assertThat(best.getTextContent()).isEqualTo("0 at 100 images, 0:40");
  }

  @Test
  void aBrokenNumberBreaksTheLine() throws Exception {
    Element svg =
        draw(
            Reading.IMAGES,
            List.of(
                curve(
                    new Point(0, 0, 10),
                    new Point(50, 1, Double.NaN),
                    new Point(75, 1, 10),
                    new Point(100, 2, 0))));

    Element path = only(svg, "path", "curve");
    assertThat(path.getAttribute("d")).isEqualTo("M46 10M196 10L246 110");
    assertThat(path.getAttribute("data-values")).isEqualTo("10 10 0");
    assertThat(path.getAttribute("data-images")).isEqualTo("0 75 100");
  }

  @Test
  void aLevelRunsAcrossAtItsHeight() throws Exception {
    Element svg = draw(Reading.IMAGES, List.of(LINE), new Level("half", 1, 5));

    // The name at its end takes more room than the value of a curve.
    assertThat(only(svg, "path", "level").getAttribute("d")).startsWith("M46 60H");
    assertThat(svg.getTextContent()).contains("half 5");
  }

  @Test
  void namesAtTheEndsStandALineApart() throws Exception {
    Series series = new Series(List.of(new Point(0, 0, 0), new Point(1, 1, 1)));
    Element svg =
        draw(
            Reading.IMAGES,
            List.of(
                new Curve("a", 0, series, Better.NEITHER),
                new Curve("b", 1, series, Better.NEITHER),
                new Curve("b", 1, series, Better.NEITHER)));

    double first = Double.parseDouble(only(svg, "text", "c0").getAttribute("y"));
    double second = Double.parseDouble(only(svg, "text", "c1").getAttribute("y"));
    assertThat(second - first).isEqualTo(12);
    assertThat(svg.getTextContent()).containsOnlyOnce("b 1");
  }

  @Test
  void namesCannotLeaveTheirPlace() throws Exception {
    Curve curve = new Curve("<b>\"&'", 0, LINE.series(), Better.NEITHER);

    Element svg = draw(Reading.IMAGES, List.of(curve));

    assertThat(only(svg, "path", "curve").getAttribute("data-name")).isEqualTo("<b>\"&'");
    assertThat(svg.getAttribute("aria-label")).startsWith("a < b: <b>");
  }

  @ParameterizedTest
  @EnumSource(Reading.class)
  void aSinglePointAtZeroIsDrawn(Reading reading) throws Exception {
    Element svg = draw(reading, List.of(curve(new Point(0, 0, 0))));

    assertThat(only(svg, "path", "curve").getAttribute("d")).isEqualTo("M46 60");
  }
}
