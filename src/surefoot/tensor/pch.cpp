#include "surefoot/tensor/pch.h"
