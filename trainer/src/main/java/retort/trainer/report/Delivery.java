package retort.trainer.report;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** How a page comes to its reader, which decides where its pictures and files are found. */
enum Delivery {
  /** One file in the run folder, with all pictures in it. */
  FILE {
    @Override
    String picture(Grid grid) {
      return grid.dataAddress();
    }

    @Override
    String link(Path file) {
      return "./" + encoded(file);
    }
  },

  /** One file elsewhere, from which the run's other files cannot be reached. */
  ELSEWHERE {
    @Override
    String picture(Grid grid) {
      return grid.dataAddress();
    }

    @Override
    String link(Path file) {
      return "";
    }
  },

  /** By {@link LiveServer}. */
  SERVER {
    @Override
    String picture(Grid grid) {
      return link(grid.file());
    }

    @Override
    String link(Path file) {
      return "files/" + encoded(file);
    }
  };

  /** The address of a grid's picture. */
  abstract String picture(Grid grid);

  /** The address of a file of the run; empty where it has none. */
  abstract String link(Path file);

  private static String encoded(Path file) {
    String name = file.getFileName().toString();
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
