package retort.trainer.report;

/** What a comparison can be written as. */
public enum ComparisonFormat {
  /** A page, as one file. */
  HTML {
    @Override
    String text(Comparison comparison) {
      return ComparisonPage.of(comparison).document();
    }
  },

  /** The table, for documents. */
  MARKDOWN {
    @Override
    String text(Comparison comparison) {
      return new ComparisonTable(comparison).markdown();
    }
  },

  /** The curves, for documents. */
  SVG {
    @Override
    String text(Comparison comparison) {
      return new ComparisonCharts(comparison).drawing();
    }
  },

  /** All numbers, for other programs. */
  JSON {
    @Override
    String text(Comparison comparison) {
      return new ComparisonTable(comparison).json();
    }
  };

  abstract String text(Comparison comparison);
}
