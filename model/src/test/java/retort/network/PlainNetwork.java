package retort.network;

/** A network F on one image; labels are empty where it takes none. */
interface PlainNetwork {
  double[][][] f(double[][][] x, double noise, double[] label, double[] augment);
}
