package main

const terminalDevice = "CONIN$"
