/** The parameters of speech generation that several nodes share (API reference 7.5 and D.4). */
import { SHAPE_INPUTS } from "./shape-inputs";
