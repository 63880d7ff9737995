export { describe } from "./spec";
